"""A federation to look at: invented agencies, their registers, a handful of questions.

Starts real processes by their own command lines, so what it shows is what an operator gets.
"""
