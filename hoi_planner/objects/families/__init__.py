# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Parametric families of household objects; a file for each kind."""

from hoi_planner.objects.families.base import Family
from hoi_planner.objects.families.boxes import Ball, Carton, Drum, HandledBox, Tote
from hoi_planner.objects.families.closures import Bottle, BottleCap, Jar, JarLid
from hoi_planner.objects.families.kitchen_tools import Knife, Scoop, Spatula, Spoon, Whisk
from hoi_planner.objects.families.vessels import Bowl, Mug, Pan, Pitcher, Plate
from hoi_planner.objects.families.workshop import Brush, CuttingBoard, Hammer, RollingPin

FAMILIES: dict[str, type[Family]] = {family.name: family for family in (
    Carton, Tote, Drum, HandledBox, Ball, Mug, Bowl, Plate, Pan, Pitcher, Bottle, BottleCap, Jar,
    JarLid, CuttingBoard, RollingPin, Spoon, Whisk, Scoop, Spatula, Knife, Hammer, Brush)}
