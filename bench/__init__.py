"""Measurements, each against named alternatives in the same run: ``python -m bench NAME``.

A bench is a module of this folder: its docstring's first line says what it measures, and its
``run(size) -> Report`` measures. What benches share is in ``bench.kit``.
"""
