"""What we use of pycasbin, untyped: its own annotations contradict what it does."""

from __future__ import annotations

from typing import Any, Final

import casbin
from casbin import effect, model, persist, rbac, util
from casbin.rbac import default_role_manager

Enforcer: Final[Any] = casbin.Enforcer
Model: Final[Any] = model.Model
Adapter: Final[Any] = persist.Adapter
RoleManager: Final[Any] = rbac.RoleManager
DefaultRoleManager: Final[Any] = default_role_manager.RoleManager
PriorityEffector: Final[Any] = effect.PriorityEffector
generate_g_function: Final[Any] = util.generate_g_function
