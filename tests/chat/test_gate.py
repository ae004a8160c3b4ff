import asyncio
import threading
import time

import pytest

from chat.errors import ModelBusyError
from chat.gate import Gate


def enter_in_order(gate: Gate, count: int, order: list[int]) -> list[threading.Thread]:
    def pass_through(number: int) -> None:
        with gate.place():
            order.append(number)

    threads = []
    for number in range(count):
        thread = threading.Thread(target=pass_through, args=(number,))
        thread.start()
        while len(gate._waiting) <= number:
            time.sleep(0.001)
        threads.append(thread)
    return threads


def test_who_waits_is_let_in_in_order_of_arrival():
    gate, order = Gate(1, patience=10), []
    with gate.place():
        threads = enter_in_order(gate, 6, order)
        assert not order
    for thread in threads:
        thread.join(10)
    assert order == [0, 1, 2, 3, 4, 5]


def test_who_waited_too_long_is_told_and_takes_no_place():
    gate = Gate(1, patience=0.05)
    with gate.place():
        with pytest.raises(ModelBusyError) as caught, gate.place():
            pytest.fail("two in one place")
        assert "0.05 seconds" in caught.value.what
        assert caught.value.fix
    with gate.place():
        pass


def test_an_error_inside_frees_the_place():
    gate = Gate(1, patience=0.05)
    with pytest.raises(RuntimeError), gate.place():
        raise RuntimeError
    with gate.place():
        pass


async def test_threads_and_event_loops_share_the_places():
    gate = Gate(1, patience=5)
    order: list[str] = []

    async def waits() -> None:
        async with gate.async_place():
            order.append("loop")

    with gate.place():
        task = asyncio.create_task(waits())
        await asyncio.sleep(0.02)
        assert not order
        order.append("thread")
    await task
    assert order == ["thread", "loop"]


async def test_one_that_is_cancelled_while_it_waits_takes_no_place():
    gate = Gate(1, patience=5)

    async def waits() -> None:
        async with gate.async_place():
            pytest.fail("it was cancelled")

    with gate.place():
        task = asyncio.create_task(waits())
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with gate.async_place():
        pass


async def test_a_cancellation_that_comes_together_with_the_place_is_not_forgotten():
    gate = Gate(1, patience=5)

    async def waits() -> None:
        async with gate.async_place():
            await asyncio.sleep(0)
            pytest.fail("it was cancelled")

    with gate.place():
        task = asyncio.create_task(waits())
        await asyncio.sleep(0.02)
    await asyncio.sleep(0)  # the place was handed over; the task has not run since
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with gate.async_place():
        pass


async def test_a_loop_that_waited_too_long_is_told():
    gate = Gate(1, patience=0.05)
    async with gate.async_place():
        with pytest.raises(ModelBusyError):
            async with gate.async_place():
                pytest.fail("two in one place")
    async with gate.async_place():
        pass
