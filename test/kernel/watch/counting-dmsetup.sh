#!/bin/sh
# In the place of dmsetup, first in PATH: takes down each call in the file DMSETUP_CALLS, and passes it on.
echo "$*" >>"$DMSETUP_CALLS"
exec /usr/sbin/dmsetup "$@"
