#!/bin/sh
# What git asks, from the mounted Secret: so it stands in no address, no argument and no environment.
case "$1" in
  Username*) cat "$CREDENTIALS/username" ;;
  Password*) cat "$CREDENTIALS/password" ;;
  *) exit 1 ;;
esac
