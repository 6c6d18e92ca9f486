#!/bin/sh
# Installs the Debian packages that the tests use: a browser, real XMPP servers, an XML validator,
# Avahi, network namespaces, and mpv with a screen that can be looked at. Node 20 and npm are expected to be there.
set -eu

packages='chromium prosody libxml2-utils avahi-daemon avahi-utils dbus iproute2 util-linux openssl procps mpv xvfb imagemagick fonts-dejavu-core systemd python3 nftables zsh fish'

sudo=
if [ "$(id -u)" -ne 0 ]; then sudo=sudo; fi

missing=
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

# Services that packages bring along are not started: the tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
  $sudo chmod +x "$policy"
  trap '$sudo rm -f "$policy"' EXIT
fi
$sudo apt-get update -qq
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing
