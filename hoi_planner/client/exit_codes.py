# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How scripts/plan and `hoi-planner request` end; 0: accepted, and executed where asked."""

REFUSED = 3         # the planner answered, and the answer is no
UNREACHABLE = 4     # the graph is not there, went away or does not answer
CANCELED = 130      # Ctrl-C
