# Which release of Debian brings which PostgreSQL, and trees of releases; to be
# sourced in the project's directory.
# shellcheck shell=bash disable=SC2034

POSTGRES_VERSIONS=(15 17 18)
release_with() { # major version of PostgreSQL
	case $1 in
	15) echo bookworm ;;
	17) echo trixie ;;
	18) echo forky ;;
	*) return 1 ;;
	esac
}

# The release that this is, or that a tree holds.
release_of() { # root directory
	sed -n 's/^VERSION_CODENAME=//p' "$1/etc/os-release" 2>/dev/null
}

# The archive that apt on this system uses for its own release.
archive() {
	apt-get update --print-uris | sed -n "s#^'\(.*\)/dists/$(release_of /)/InRelease'.*#\1#p" | head -n 1
}

make_tree() { # release, directory
	local release=$1 tree=$2 address script=$1
	if ! PATH=$PATH:/usr/sbin command -v debootstrap >/dev/null; then
		echo 'Installing packages:'
		echo '  debootstrap: makes trees of other releases of Debian'
		tools/quietly sh -c 'apt-get update -q && apt-get install -y --no-install-recommends debootstrap' || return 1
	fi
	address=$(archive)
	[ -n "$address" ] || { echo "apt's sources name no archive of $(release_of /)" >&2; return 1; }
	# all releases are made alike, but debootstrap may be older than this one
	[ -e "/usr/share/debootstrap/scripts/$script" ] || script=sid
	echo "Making a tree of Debian $release in $tree (once)"
	rm -rf "$tree.new"
	mkdir -p "$(dirname "$tree")"
	PATH=$PATH:/usr/sbin tools/quietly debootstrap --variant=minbase "$release" "$tree.new" "$address" "$script" || return 1
	# what was downloaded is not needed twice, the archive may be a copy of last
	# month's, and a tree that is lost in a power cut is made again
	printf '%s;\n' 'APT::Keep-Downloaded-Packages "false"' 'Acquire::Check-Valid-Until "false"' >"$tree.new/etc/apt/apt.conf.d/90auth"
	echo force-unsafe-io >"$tree.new/etc/dpkg/dpkg.cfg.d/90auth"
	mv "$tree.new" "$tree"
}
