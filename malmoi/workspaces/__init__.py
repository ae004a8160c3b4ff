"""What a workspace holds, what in it is behind of what, and what in it nobody needs."""
