#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# deploy/Containerfile without a container engine: runs its steps, as they stand, in a Debian tree for each of its stages, then
# sluiced of the last one, with its health check. Whatever is read is read from the recipe. Needs root, Debian's mirror and 4 GB of disk.
# usage: tests/container.sh [DIR]      DIR: where the trees are made (a new one in /var/tmp); KEEP=1 leaves them
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=3600 # at most, for each of the steps
dir=${1:-$(mktemp -d /var/tmp/sluice-container.XXXXXX)}
. tests/tree.sh
clean_up() { [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$dir"; }

# instructions: one a line, without comments
instructions() { sed -e '/^#/d' -e '/^$/d' -e ':more;/\\$/{N;s/\\\n *//;b more}' deploy/Containerfile; }

folder=/
check_health='' command=''
while read -r word rest; do
    case $word in
    FROM)
        release=${rest#debian:} release=${release%% *} release=${release%-slim}
        case $rest in *' AS '*) stage=${rest##* AS } ;; *) stage=image ;; esac
        tree=$dir/$stage/tree
        mkdir -p "$dir/$stage"
        folder=/
        make_tree "$release"
        ;;
    WORKDIR)
        folder=$rest
        mkdir -p "$tree$folder"
        ;;
    COPY)
        case $rest in
        --from=*)
            stage=${rest%% *} stage=${stage#--from=} rest=${rest#* }
            mkdir -p "$tree${rest#* }"
            cp "$dir/$stage/tree"${rest% *} "$tree${rest#* }"
            ;;
        '. '*)
            mkdir -p "$tree${rest#. }"
            git ls-files -z | tar --null -c -T - | tar -x -C "$tree${rest#. }"
            ;;
        *) echo "container.sh: COPY $rest: not known here" >&2; exit 1 ;;
        esac
        ;;
    RUN) step "${rest:0:60}" sh -c "cd $folder && $rest" </dev/null ;;
    CMD) command=$(python3 -c 'import json, shlex, sys; print(shlex.join(json.loads(sys.argv[1])))' "$rest") ;;
    HEALTHCHECK) check_health=$(python3 -c 'import json, shlex, sys; print(shlex.join(json.loads(sys.argv[1])))' "${rest##*CMD }") ;;
    VOLUME) ;;
    *) echo "container.sh: $word: not known here" >&2; exit 1 ;;
    esac
done < <(instructions)

mkdir -p "$tree/etc/sluice"
cat >"$tree/etc/sluice/sluice.conf" <<'END'
[sluice]
user = sluice
hugepages = off
memory = 128
[port wan]
device = vdev:net_null0,no-rx=1
cores = 0
poll = adaptive
tap = none
[interface public]
port = wan
address = 203.0.113.10
media-ports = 20000-20099
[control]
ng = unix:/run/sluice/ng.sock
END
step "the command, and its health check" sh -ec "
! $check_health || { echo 'healthy without a daemon'; exit 1; }
$command & daemon=\$!
tries=0
until $check_health; do tries=\$((tries + 1)); [ \$tries -lt 600 ] || exit 1; sleep 0.1; done
kill \$daemon
wait \$daemon
! $check_health"
echo "ok: built, started and asked as deploy/Containerfile says"
