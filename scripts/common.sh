# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What every script has to know: where the checkout is, which ROS 2 distribution is meant, and where
# that distribution's environment lies. To be sourced; defines HOI_ROOT, HOI_ROS_DISTRO, HOI_VENV
# and HOI_OVERLAY. Environments of several distributions live side by side in .venv/.

hoi_say() { printf 'hoi_planner: %s\n' "$*" >&2; }

HOI_ROOT=$(cd -P "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
HOI_ROS_DISTRO=${HOI_ROS_DISTRO:-jazzy}
case $HOI_ROS_DISTRO in
  jazzy | kilted) ;;
  *)
    hoi_say "HOI_ROS_DISTRO is '$HOI_ROS_DISTRO'; only jazzy (the default) and kilted are known."
    return 2
    ;;
esac
HOI_VENV=$HOI_ROOT/.venv/$HOI_ROS_DISTRO
HOI_OVERLAY=$HOI_VENV/colcon/install
export HOI_ROOT HOI_ROS_DISTRO HOI_VENV HOI_OVERLAY

# Forget a ROS installation, or another of our environments, that this shell was set up for: its
# libraries and Python packages do not fit the wheels, and would be found first.
hoi_forget_other_ros() {
  local name entry kept prefix
  local -a entries prefixes
  IFS=: read -r -a prefixes <<< "${AMENT_PREFIX_PATH:-}:${COLCON_PREFIX_PATH:-}:/opt/ros"
  for name in PATH LD_LIBRARY_PATH PYTHONPATH; do
    kept=
    IFS=: read -r -a entries <<< "${!name:-}"
    for entry in "${entries[@]}"; do
      for prefix in "${prefixes[@]}" "$HOI_ROOT"; do
        [[ -n $prefix && $entry/ == "${prefix%/}"/* ]] && entry=
      done
      [[ -n $entry ]] && kept+=${kept:+:}$entry
    done
    if [[ -n $kept ]]; then
      export "$name=$kept"
    else
      unset "$name"
    fi
  done
  unset AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH ROS_DISTRO PYTHONHOME
  # The wheels restart Python once with their libraries' paths; this says that it was done.
  unset _ROS_WHEELS_BOOTSTRAP_COMPLETE
}
