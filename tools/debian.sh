# Which Debian release has which PostgreSQL, and trees (root directories) of other
# releases. To be sourced in the project's directory.
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

# The Debian release of this system, or of a tree.
release_of() { # root directory
	sed -n 's/^VERSION_CODENAME=//p' "$1/etc/os-release" 2>/dev/null
}

# The archive from which apt on this system gets its own release.
archive() {
	apt-get update --print-uris | sed -n "s#^'\(.*\)/dists/$(release_of /)/InRelease'.*#\1#p" | head -n 1
}

make_tree() { # release, directory
	local release=$1 tree=$2 address script=$1
	if ! PATH=$PATH:/usr/sbin command -v debootstrap >/dev/null; then
		echo 'Installing packages:'
		echo '  debootstrap: installs other Debian releases into directories (trees)'
		tools/quietly sh -c 'apt-get update -q && apt-get install -y --no-install-recommends debootstrap' || return 1
	fi
	address=$(archive)
	[ -n "$address" ] || { echo "apt's sources name no archive for $(release_of /)" >&2; return 1; }
	# the script for sid fits every release, if this debootstrap is too old to know one by name
	[ -e "/usr/share/debootstrap/scripts/$script" ] || script=sid
	echo "Installing Debian $release into $tree (only once)"
	rm -rf "$tree.new"
	mkdir -p "$(dirname "$tree")"
	PATH=$PATH:/usr/sbin tools/quietly debootstrap --variant=minbase "$release" "$tree.new" "$address" "$script" || return 1
	# Downloaded packages are not needed twice, the archive may be a month-old copy,
	# and a tree that a power cut destroys can be made again.
	printf '%s;\n' 'APT::Keep-Downloaded-Packages "false"' 'Acquire::Check-Valid-Until "false"' >"$tree.new/etc/apt/apt.conf.d/90auth"
	echo force-unsafe-io >"$tree.new/etc/dpkg/dpkg.cfg.d/90auth"
	mv "$tree.new" "$tree"
}
