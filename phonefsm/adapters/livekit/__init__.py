# SPDX-License-Identifier: Apache-2.0
"""LiveKit: its own ``GetPhoneNumberTask`` replaced, for livekit-agents 1.5 and newer.

    from phonefsm.adapters.livekit import GetPhoneNumberTask

    result = await GetPhoneNumberTask(default_region="US")
    print(result.phone_number)  # +14155550123

The constructor takes what LiveKit's takes, in the same order, and ``policy``, ``default_region``, ``language`` and
``userdata_key`` by name.
"""

from phonefsm.adapters._tools import missing

try:
    import livekit.agents as _agents
except ModuleNotFoundError as error:
    raise missing("livekit-agents", "livekit") from error

from phonefsm.adapters.livekit.task import (
    GetPhoneNumberResult,
    GetPhoneNumberTask,
    PhoneNumberDeclined,
    PhoneNumberEscalated,
)

__all__ = ["GetPhoneNumberResult", "GetPhoneNumberTask", "PhoneNumberDeclined", "PhoneNumberEscalated"]

del _agents
