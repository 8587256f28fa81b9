# shellcheck shell=bash
# Shared by tools/setup, ./serve and ./check: one line for every step, logs for the details.
# Bash 3.2 (macOS) is enough.

if [ -t 1 ]; then bold=$'\033[1m'; dim=$'\033[2m'; red=$'\033[31m'; green=$'\033[32m'; plain=$'\033[0m'
else bold=''; dim=''; red=''; green=''; plain=''; fi

# step "what happens now"
step() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }

# note "a detail"
note() { printf '    %s\n' "$*"; }

# give_up "what is wrong" "the way out"
give_up() {
  printf '%serror:%s %s\n' "$red" "$plain" "$1" >&2
  [ $# -lt 2 ] || printf '       %s\n' "$2" >&2
  exit 1
}

# logged LOG COMMAND...: runs the command with its output in LOG, showing the last line of it every ten
# seconds; when the command fails, the end of the log. Returns the command's exit status.
logged() {
  local log=$1 started=$SECONDS shown=$SECONDS pid status=0 line
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  # An interrupted script must not leave its compiler running.
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if [ $((SECONDS - shown)) -ge 10 ]; then
      shown=$SECONDS
      line=$(tail -n 1 "$log" | tr -d '\r' | cut -c 1-90)
      printf '    %s%3d s  %s%s\n' "$dim" $((SECONDS - started)) "$line" "$plain"
    fi
  done
  wait "$pid" || status=$?
  trap - INT TERM
  if [ "$status" -ne 0 ]; then
    printf '    %sfailed%s after %d s (exit %d). The end of %s:\n' "$red" "$plain" $((SECONDS - started)) "$status" "$log"
    tail -n 40 "$log" | sed 's/^/    | /'
  fi
  return "$status"
}
