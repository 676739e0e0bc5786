# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Launch the planning graph: ros2 launch hoi_planner plan.launch.py."""

from hoi_planner.assets import config_path
from hoi_planner.nodes.graph import GRAPH, PARAMETERS_FILE
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode, Node


def generate_launch_description() -> LaunchDescription:
    """Return the nodes of hoi_planner.nodes.graph with the usual arguments."""
    arguments = [
        DeclareLaunchArgument('namespace', default_value='', description='of all nodes'),
        DeclareLaunchArgument(
            'params_file', default_value=str(config_path(PARAMETERS_FILE)),
            description="YAML file with the nodes' parameters"),
        DeclareLaunchArgument(
            'use_sim_time', default_value='false', description='take the time from /clock'),
        DeclareLaunchArgument(
            'autostart', default_value='true', description='configure and activate at start'),
        DeclareLaunchArgument('log_level', default_value='info', description='of all nodes'),
        DeclareLaunchArgument(
            'device', default_value='cpu',
            description='what networks run on: cpu, cuda, cuda:1, ...'),
        DeclareLaunchArgument(
            'rviz', default_value='false', description='start RViz with config/plan.rviz'),
    ]
    nodes = []
    for entry in GRAPH:
        kind = LifecycleNode if entry.lifecycle else Node
        parameters = {'use_sim_time': LaunchConfiguration('use_sim_time')}
        if entry.lifecycle:
            parameters['autostart'] = LaunchConfiguration('autostart')
        if entry.executable == 'inference':
            parameters['device'] = LaunchConfiguration('device')
        nodes.append(kind(
            package='hoi_planner', executable=entry.executable, name=entry.executable,
            namespace=LaunchConfiguration('namespace'), output='screen',
            parameters=[LaunchConfiguration('params_file'), parameters],
            arguments=['--ros-args', '--log-level', LaunchConfiguration('log_level')]))
    rviz = Node(
        package='rviz2', executable='rviz2', name='rviz',
        namespace=LaunchConfiguration('namespace'), output='screen',
        condition=IfCondition(LaunchConfiguration('rviz')),
        parameters=[{'use_sim_time': LaunchConfiguration('use_sim_time')}],
        arguments=['-d', str(config_path(PARAMETERS_FILE).with_name('plan.rviz'))])
    return LaunchDescription([*arguments, *nodes, rviz])
