#!/bin/sh
# In the place of dmsetup, first in PATH: does to one call what FAULT says, and passes all others on.
#
# FAULT="VERB NUMBER ACTION": the NUMBERth call of that verb (load, suspend, resume, table, ...) from the first load on,
# counted in the file FAULT_COUNT
#   fails         it is not made, and fails
#   fails-late    it is made, and fails all the same
#   dies          it is not made, and its process is killed
#   kills         it is not made, and the process that called is killed
#   kills-late    it is made, and the process that called is killed
#   waits         FAULT_COUNT.waiting appears; it is made when the file FAULT_COUNT.go is there
real=/usr/sbin/dmsetup
set -f
for word do
  case $word in
    load | clear | suspend | resume | message | table | status | info | targets) verb=$word && break ;;
  esac
done
IFS=' ' read -r wanted number action <<END
$FAULT
END
[ "$verb" != load ] || : >>"$FAULT_COUNT"
if [ "$verb" = "$wanted" ] && [ -e "$FAULT_COUNT" ]; then
  echo x >>"$FAULT_COUNT"
  [ "$(wc -l <"$FAULT_COUNT")" = "$number" ] || action=
else
  action=
fi
case $action in
  fails) echo 'fault: not done' >&2; exit 1 ;;
  fails-late) "$real" "$@"; echo 'fault: done, and failed' >&2; exit 1 ;;
  dies) kill -KILL $$ ;;
  kills) kill -KILL "$PPID"; exit 1 ;;
  kills-late) "$real" "$@"; kill -KILL "$PPID"; exit 1 ;;
  waits) : >"$FAULT_COUNT.waiting"; until [ -e "$FAULT_COUNT.go" ]; do sleep 0.05; done ;;
esac
exec "$real" "$@"
