# shellcheck shell=bash disable=SC2154 # $scratch is set by tests/run
# Finds the programs that the steps need. Missing ones are installed with apt where that is allowed; else all are named.

# command → Debian package. The Rust toolchain is not among them: it is installed by rustup, in the version of Cargo.toml.
declare -A package_of=(
    [cc]=gcc [make]=make [perl]=perl [pkg-config]=pkg-config
    [node]=nodejs [npm]=npm [redis-server]=redis-server [chromium]=chromium
    [python-venv]=python3-venv [apache2]=apache2-bin [mod_auth_openidc]=libapache2-mod-auth-openidc [postgres]=postgresql
)

declare -A name_of=([node]="node, version 20 or newer" [cargo]="cargo, the version that Cargo.toml names, from rustup")

# The tools of one step.
tools_of() {
    case $1 in
        format) echo cargo ;;
        build | clippy) echo cargo cc make perl pkg-config ;;
        test | with) echo cargo cc make perl pkg-config node postgres redis-server ;;
        api | scim) echo cargo cc make perl pkg-config node python-venv ;;
        interop) echo cargo cc make perl pkg-config node npm apache2 mod_auth_openidc ;;
        browser | screens) echo cargo cc make perl pkg-config node npm chromium ;;
        licences) echo cargo cc node ;;
    esac
}

# PostgreSQL's programs are outside the path on Debian; the newest version wins.
postgres_folder() {
    local folder
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr); do
        [[ -x $folder/initdb && -x $folder/postgres ]] && echo "$folder" && return
    done
    command -v initdb >/dev/null && dirname "$(command -v initdb)"
}

apache_modules=/usr/lib/apache2/modules

have() {
    case $1 in
        postgres) [[ -n $(postgres_folder) ]] ;;
        node) command -v node >/dev/null && [[ $(node -p 'parseInt(process.versions.node)') -ge 20 ]] ;;
        python-venv) python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ;;
        mod_auth_openidc) [[ -e $apache_modules/mod_auth_openidc.so ]] ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

missing_of() {
    local tool
    for tool in "$@"; do
        have "$tool" || echo "$tool"
    done
}

# Prints the command that becomes root without asking, or fails.
root_command() {
    command -v apt-get >/dev/null || return 1
    if [[ $EUID -eq 0 ]]; then
        echo env
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        echo "sudo -n env"
    else
        return 1
    fi
}

# need TOOL…: afterwards every tool is there, or the run has ended with the list of those that are not.
need() {
    local -a missing packages=()
    local as_root tool
    mapfile -t missing < <(missing_of "$@")
    [[ ${#missing[@]} -eq 0 ]] && return
    for tool in "${missing[@]}"; do
        [[ -n ${package_of[$tool]:-} ]] && packages+=("${package_of[$tool]}")
    done
    if [[ ${#packages[@]} -gt 0 ]] && as_root=$(root_command); then
        say "installing ${packages[*]}"
        install_packages "$as_root" "${packages[@]}" || true
        hash -r
        mapfile -t missing < <(missing_of "$@")
    fi
    [[ ${#missing[@]} -eq 0 ]] && return
    for tool in "${missing[@]}"; do
        say "missing: ${name_of[$tool]:-$tool}${package_of[$tool]:+ (Debian package ${package_of[$tool]})}" >&2
    done
    refuse "install what is missing and run again; nothing is skipped"
}

# Another installer may hold the lock for a while; ten minutes are enough for it and too few to hang for ever.
install_packages() {
    local as_root=$1 apt
    shift
    apt="$as_root DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600"
    $apt update >/dev/null
    $apt install --no-install-recommends "$@" </dev/null >"$scratch/apt.log" 2>&1 || {
        tail -n 20 "$scratch/apt.log" >&2
        return 1
    }
}
