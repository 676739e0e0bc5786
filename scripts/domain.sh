# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# hoi_claim_domain: a ROS domain of its own for each run, so that two copies side by side never
# meet. To be sourced.
#
# A claim is a lock on /tmp/hoi_planner-domains/ID, held by an open file that the claiming shell
# hands on to what it executes; it ends with that process, however that process ends. A domain on
# which any DDS participant of this machine listens is passed over as well: 250 UDP ports from
# 7400 + 250 ID are the domain's. test/conftest.py makes the same claim for a bare pytest.

hoi_domain_in_use() { # ID
  local first=$((7400 + 250 * $1)) address
  while read -r _ address _; do
    address=$((16#${address##*:}))
    ((address >= first && address < first + 250)) && return 0
  done < <(tail -q -n +2 /proc/net/udp /proc/net/udp6 2> /dev/null)
  return 1
}

hoi_claim_domain() {
  local folder=/tmp/hoi_planner-domains start step id fd
  # A domain that the user chose is kept. One that a script above this one claimed is that script's.
  if [[ -n ${ROS_DOMAIN_ID:-} && ${ROS_DOMAIN_ID} != "${HOI_CLAIMED_DOMAIN:-}" ]]; then
    return 0
  fi
  # This very shell has a claim already: it was set up twice.
  if [[ -n ${HOI_DOMAIN_FD:-} && ${HOI_DOMAIN_SHELL:-} == "$$" ]]; then
    return 0
  fi
  [[ -d $folder ]] || mkdir -m 1777 "$folder" 2> /dev/null
  # Copies start at different places, so that they do not fight for the same numbers. 101 is the
  # last domain whose ports lie below those that Linux hands out.
  start=$(printf '%s' "$HOI_ROOT $$ $RANDOM" | cksum | cut -d ' ' -f 1)
  for ((step = 0; step < 101; step++)); do
    id=$(((start + step) % 101 + 1))
    # Opened for reading: Linux may refuse to open another user's file in /tmp for writing.
    [[ -e $folder/$id ]] || (umask 022 && : > "$folder/$id") 2> /dev/null
    { exec {fd}< "$folder/$id"; } 2> /dev/null || continue
    if flock -n "$fd" && ! hoi_domain_in_use "$id"; then
      # Not exported: a child shell has no claim through this one.
      HOI_DOMAIN_FD=$fd
      HOI_DOMAIN_SHELL=$$
      export ROS_DOMAIN_ID=$id HOI_CLAIMED_DOMAIN=$id
      return 0
    fi
    exec {fd}>&-
  done
  hoi_say 'all ROS domains from 1 to 101 are taken on this machine; set ROS_DOMAIN_ID yourself.'
  return 4
}
