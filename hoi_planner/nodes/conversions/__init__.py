# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Messages to the package's dataclasses and back; the only place where they meet."""
