#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# On a terminal, as one sees it through tmux, `sluicectl top` puts the worst call first, finds one, shows it, takes any size and any
# key, is not confused by names, and leaves the terminal as it was: also when the daemon goes.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

media_switch
start_sluiced relay 10.0.0.1/24

# A call each that sounds well, and that loses a fifth; and calls with names that only a villain has.
A="$(sdp 10.0.0.2 5004)"
offer smooth "$A" label=front-desk
answer smooth "$(sdp 10.0.0.3 6004)"
rtp b 6004 "$TO_B" 200
offer lossy "$(sdp 10.0.0.2 5006)"
answer lossy "$(sdp 10.0.0.3 6006)"
rtp b 6006 "$TO_B" 200 gaps
names=($'c1\xc2\x9b31mred' $'turn\xe2\x80\xaeed' '中文呼叫' 'שלום-1' $'e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81' '%s%n')
# NG lets no ESC in.
! ng offer call-id=$'esc\e[2J' from-tag=alice sdp="$A" >"$RUN/esc.txt" || fail "a call-id with ESC: $(cat "$RUN/esc.txt")"
for name in "${names[@]}"; do offer "$name" "$A"; done
judged() { sluicectl calls --json | python3 -c 'import json, sys; assert sum("mos" in call for call in json.load(sys.stdin)["calls"]) == 2'; }
check "no quality of the calls" wait_for 60 judged

# A terminal with a shell in it
export LC_ALL=C.UTF-8
start tmux relay tmux -u -S "$RUN/tmux" -f /dev/null -D
tm() { tmux -S "$RUN/tmux" "$@"; }
check "tmux does not start" wait_for 10 tm list-commands
tm new-session -d -x 80 -y 24 -e TERM=tmux-256color "env PS1='shell: ' bash --norc --noprofile"
pane() { tm capture-pane -p >"$RUN/pane.txt" && cat "$RUN/pane.txt"; }
shows() { pane | has -e "$1"; }
hides() { ! shows "$1"; }
# sees TEXT PATTERN: TEXT is so once PATTERN is on the screen
sees() { wait_for 20 shows "$2" || fail "$1: no '$2' in: $(pane)"; }
press() { tm send-keys "$@"; }
# row NAME: its line on the screen; first A B: A is above B
row() { pane | grep -n -m1 -e "^[> ]$1" | cut -d : -f 1; }
first() { [ "$(row "$1")" -lt "$(row "$2")" ]; }
fits() { [ "$(pane | wc -L)" -le "$1" ] && [ "$(pane | wc -l)" -le "$2" ]; }

# run [VARIABLE=VALUE...]: top, from a shell that notes how its terminal was and is
run() {
    rm -f "$RUN/status"
    press "clear; echo before; stty -a >$RUN/before; $* $SLUICECTL -s $CTL top; echo \$? >$RUN/status; stty -a >$RUN/after" Enter
    sees "top" '\*pps'
}
# ends STATUS [SCREEN]: with it; SCREEN: of a terminal that has but one
ends() {
    local status=$1
    check "top does not end" wait_for 20 test -s "$RUN/status"
    wait_for 10 test -s "$RUN/after" || true
    [ "$(cat "$RUN/status")" = "$status" ] || fail "exit status $(cat "$RUN/status"), not $status"
    cmp "$RUN/before" "$RUN/after" || fail "the terminal is not as it was"
    [ "$(tm display-message -p '#{alternate_on} #{cursor_flag}')" = "0 1" ] || fail "not the shell's screen, or no cursor"
    [ -n "${2:-}" ] || sees "what was on the screen is there again" '^before'
}

run
for part in 'calls 8, ' '^worker' '^port ' 'q quit'; do sees "80x24" "$part"; done
all_there() { [ "$(pane | grep -c ' offered ')" -eq 6 ] && [ -n "$(row smooth)" ] && [ -n "$(row lossy)" ]; }
check "not all calls are there" wait_for 20 all_there
colours() { tm capture-pane -p -e | has -e $'\e\\[[0-9;]*3[13]m'; }
check "the call that sounds bad has no colour" wait_for 20 colours
ok "80x24 has workers, ports, drops and all eight calls"

# ordered KEY COLUMN A B: by that column A comes before B
ordered() {
    press "$1"
    sees "order by $2" "\\*$2"
    wait_for 20 first "$3" "$4" || fail "by $2, after $1, $3 is not before $4: $(pane)"
}
ordered i call-id lossy smooth
ordered R call-id smooth lossy
ordered l loss lossy smooth
sees "a fifth is lost" '^[> ]lossy .* [12][0-9]\.[0-9] '
ordered m MOS lossy smooth
ordered R MOS smooth lossy
press '>'
sees "the next column" '\*drops'
ok "the order is as keys say"

# Each name is escaped, cut or shown as it is, and the next column begins where it does with the others.
pane | python3 -c '
import sys, unicodedata
wide = lambda text: sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
rows = [line for line in sys.stdin if " offered " in line or " up  " in line and ":" in line.split(" up  ")[1]]
at = {wide(row[:row.index(" offered " if " offered " in row else " up ")]) for row in rows if row[0] in " >"}
assert len(at) == 1, (at, rows)
for part in (r"c1\xc2\x9b31mred", r"turn\xe2\x80\xaeed", "中文呼叫", "????-1", "%s%n"):
    assert any(part in row for row in rows), (part, rows)' || fail "columns: $(pane)"
ok "names do not move columns"

press /
press -l 'FRONT'
sees "a filter by label" '/FRONT_ *1 of 8 calls'
check "a call that does not match is there" wait_for 20 hides '^[> ]lossy'
press Enter
sees "the filter stays" 'FRONT: 1 of 8 calls'
press Enter
sees "the call is shown" '^call smooth'
sees "what is in the way of it" '^no-packets\|^nothing-comes-back'
press NPage NPage NPage
sees "the end of the call" '    out '
press Escape
sees "back" 'FRONT: 1 of 8'
press Escape
sees "all calls again" '^[> ]lossy'
ok "a call is found by its label, and shown"

press '?'
sees "help" 'the other way round'
press x
sees "back from help" 'q quit  ? help'
press Space
sees "paused" '^PAUSED'
press 1
check "workers are still there" wait_for 20 hides '^worker'
press 1 Space
check "paused for ever" wait_for 20 hides PAUSED
press i
sees "the order of ids" '\*call-id'
press x Z 0 F5 C-a M-x
press -l 'ñ中'
press -l $'\e[99~\e[<0;1;1M'
press -H ff fe c3 1f
sees "still there" '\*call-id'
press Escape
sees "after garbage" '^sluiced .* calls 8'
ok "help, pause, parts, keys that mean nothing"

tm resize-window -x 120 -y 40
sees "wide: addresses" '10\.0\.0\.2:5006 10\.0\.0\.3:6006'
fits 120 40 || fail "120x40: $(pane)"
tm resize-window -x 40 -y 10
sees "narrow: quality" '^ \*call-id .* loss%   jit  MOS'
check "40x10 is not 40x10: $(pane)" fits 40 10
for size in 1x1 2x2 200x3 80x24; do
    tm resize-window -x "${size%x*}" -y "${size#*x}"
    check "$size" wait_for 20 fits "${size%x*}" "${size#*x}"
done
sees "as before" '^worker'
press q
ends 0
ok "120x40, 40x10, and less"

run NO_COLOR=1
check "not all calls are there" wait_for 20 all_there
! colours || fail "colours in spite of NO_COLOR"
press C-c
ends 0
run TERM=vt100
check "not all calls are there" wait_for 20 all_there
press q
ends 0 one
run LC_ALL=C
press i
sees "without UTF-8" '^[> ]?\{4\} *offered'
press q
ends 0
press "clear; TERM=dumb $SLUICECTL -s $CTL top; echo ended \$?" Enter
sees "a terminal that can do nothing" '^ended 2'
shows 'a terminal whose cursor can be moved' || fail "TERM=dumb: $(pane)"
ok "without colours, UTF-8, or a cursor that moves"

run
stop sluiced || true
ends 3
sees "it says why" 'sluiced has gone'
ok "the daemon goes"
