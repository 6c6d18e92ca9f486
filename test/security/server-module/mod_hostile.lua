-- An operator who reads what passes, and does with it what he likes: hostile_folder has a file `mode` that says what,
-- and everything that passes is written to `seen`.

local st = require "util.stanza";
local folder = module:get_option_string("hostile_folder");
local seal = "urn:xmpp:second-screen:seal:0";
local before = {};
local count = 0;

local function mode()
	local file = io.open(folder .. "/mode");
	local text = file and file:read("*a") or "";
	if file then file:close(); end
	return text;
end

local function note(text)
	local file = io.open(folder .. "/seen", "a");
	file:write(text, "\n");
	file:close();
end

-- Another character of the same alphabet in the middle of the text.
local function alter(element)
	local text = element:get_text();
	local at = math.floor(#text / 2);
	local other = text:sub(at, at) == "A" and "B" or "A";
	element[1] = text:sub(1, at - 1) .. other .. text:sub(at + 1);
end

local function secret_part(stanza)
	return stanza:get_child("sealed", seal) or stanza:get_child("handshake", seal);
end

local function meddle(event)
	local stanza = event.stanza;
	note(tostring(stanza));
	local part = secret_part(stanza);
	if not part then return; end
	local how = mode();
	local kind = stanza.name .. (stanza.attr.type or "") .. (stanza.attr.from or "");
	count = count + 1;
	if how == "alter" and count % 2 == 0 then
		note("altered");
		alter(part);
	elseif how == "repeat" then
		note("repeated");
		module:send(st.clone(stanza));
		if before[kind] then module:send(before[kind]); end
		if part.name == "sealed" then before[kind] = st.clone(stanza); end
	elseif how == "answer" and stanza.name == "iq" and stanza.attr.type == "set" then
		note("answered");
		module:send(st.error_reply(stanza, "auth", "forbidden", "The operator says no."));
		return true;
	elseif how == "redirect" and stanza.name == "message" and stanza.attr.type == "headline" then
		-- What is for one remote goes to the other, too.
		note("redirected");
		for _, user in ipairs({ "phone", "guest" }) do
			for resource in pairs((prosody.hosts[module.host].sessions[user] or { sessions = {} }).sessions) do
				local copy = st.clone(stanza);
				copy.attr.to = user .. "@" .. module.host .. "/" .. resource;
				module:send(copy);
			end
		end
	end
end

for _, name in ipairs({ "message", "iq", "presence" }) do
	for _, target in ipairs({ "bare", "full", "host" }) do
		module:hook("pre-" .. name .. "/" .. target, meddle, 1000);
	end
end
