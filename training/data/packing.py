"""Rows put together to sequences of nearly full length, so that no step pays for padding."""

from bisect import bisect_left, insort
from collections.abc import Sequence


def pack(lengths: Sequence[int], room: int) -> list[list[int]]:
    """Put rows into as few sequences of at most ``room`` tokens as best fit, decreasing, finds.

    Gives the numbers of the rows of each sequence. The longest rows come first, each into the sequence
    that it leaves the least room in; equally long ones keep their order, so that equal lengths give equal
    sequences. (Johnson 1973: at most 11/9 of the fewest, and 6/9 of a sequence.)

    Raises
    ------
    ValueError
        When a row has more than ``room`` tokens.

    Examples
    --------
    >>> pack([3, 6, 4, 7], 10)
    [[3, 0], [1, 2]]
    """
    packed: list[list[int]] = []
    open_by_room: dict[int, list[int]] = {}  # sequences that have exactly so much room left
    rooms: list[int] = []  # the different rooms left, ascending
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        length = lengths[row]
        if length > room:
            raise ValueError(f"row {row} has {length} tokens, more than {room}")
        place = bisect_left(rooms, length)
        if place == len(rooms):
            sequence, left = len(packed), room
            packed.append([])
        else:
            left = rooms[place]
            sequence = open_by_room[left].pop()
            if not open_by_room[left]:
                del open_by_room[left]
                rooms.pop(place)
        packed[sequence].append(row)
        left -= length
        if left not in open_by_room:
            open_by_room[left] = []
            insort(rooms, left)
        open_by_room[left].append(sequence)
    return packed
