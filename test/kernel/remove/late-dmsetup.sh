#!/bin/sh
# In the place of dmsetup, first in PATH: the real one until the file FAULT_FROM is there, then one that goes wrong as
# FAULT says (faulty-dmsetup.sh).
[ ! -e "$FAULT_FROM" ] || exec "${0%/*}/../fault/dmsetup" "$@"
exec /usr/sbin/dmsetup "$@"
