// What each shell is told: to ask `fjern complete -- <words>`, which answers with a line `value<tab>what it is` for each
// word that fits, the last word being the one that is completed. So no script has to know any command.

const bash = `# bash completion for fjern
_fjern() {
    local value about word=\${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS=$'\\t' read -r value about; do
        # Within quotes, bash wants it as it is.
        [[ $word == [\\"\\']* ]] || printf -v value %q "$value"
        COMPREPLY+=("$value")
    done < <("$1" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _fjern fjern
`;

const zsh = `#compdef fjern
# zsh completion for fjern
_fjern() {
    local line
    local -a values shown
    while IFS= read -r line; do
        values+=("\${line%%$'\\t'*}")
        shown+=("\${line/$'\\t'/  -- }")
    done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
    (( \${#values} )) && compadd -M 'm:{[:lower:]}={[:upper:]}' -l -d shown -a values
}
if [[ \${funcstack[1]} == _fjern ]]; then _fjern "$@"; else compdef _fjern fjern; fi
`;

const fish = `# fish completion for fjern
function __fjern_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    $words[1] complete -- $words[2..-1] "$word" 2>/dev/null
end
complete -c fjern -f -a '(__fjern_complete)'
`;

export const scripts = { bash, zsh, fish };
export type Shell = keyof typeof scripts;
