"""What every case has in common whose provider is one of our simulators."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from adapters.conformance.choosing import ON_THE_WAY
from adapters.conformance.provider import Calls, ProviderCase, Samples, Trouble
from adapters.conformance.written import personal_values
from gateway.contract import Mode

if TYPE_CHECKING:
    from aiohttp import web

    from adapters.conformance.choosing import ChoosingFault
    from simulators.simulator import Simulator

_REFUSED: Final = range(400, 500)
_HOLDERS: Final = ("customers", "addresses", "businesses")


class SimulatedCase(ProviderCase):
    """A provider that is a simulator with an account for each mode."""

    faults: ClassVar[Mapping[Trouble, Callable[..., ChoosingFault]]]
    """Makes the fault for each trouble that the provider has its own words for."""
    _simulator: Simulator[Any, Any]
    _samples: Mapping[Mode, Samples]

    @property
    def samples(self) -> Mapping[Mode, Samples]:
        return self._samples

    @property
    def personal(self) -> Iterable[str]:
        """Of all customers that the simulator holds, and of whatever else of an account has their addresses."""
        yield from super().personal
        for mode in Mode:
            for table in _HOLDERS:
                yield from personal_values(getattr(self.account(mode), table, ()))

    def application(self) -> web.Application:
        return self._simulator.application()

    @abstractmethod
    def account(self, mode: Mode) -> Any:
        """The simulator's account of a mode."""

    def subscriptions_of(self, mode: Mode, customer: str) -> list[str]:
        return [found["id"] for found in self.account(mode).of_customer.get(customer, ())]

    def calls(self) -> list[str]:
        return self._simulator.calls()

    def writes(self) -> list[str]:
        return [str(request) for request in self.accepted()]

    def accepted(self) -> Sequence[Any]:
        """The recorded writes that were not refused."""
        return [request for request in self._simulator.written() if request.status not in _REFUSED]

    def forget_calls(self) -> None:
        self._simulator.clear()

    def keys(self) -> list[str]:
        found = (getattr(request, "idempotency_key", None) for request in self._simulator.written())
        return [key for key in found if key is not None]

    def trouble(
        self,
        kind: Trouble,
        *,
        on: Calls = Calls.ALL,
        times: int | None = None,
        skip: int = 0,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        make = self.faults.get(kind) or ON_THE_WAY[kind]
        fault = make(on=on, times=times, skip=skip, written=self._simulator.written)
        fault.headers = {**fault.headers, **headers}
        self._simulator.faults.add(fault)

    def recover(self) -> None:
        self._simulator.faults.clear()
