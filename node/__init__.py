"""One agency's node: keeps its records, asks and answers, and decides by its own law what may leave.

It never knows another agency's records beyond what was released to it. It imports ``comity``, never
``gateway``.
"""
