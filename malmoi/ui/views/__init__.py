"""What each page shows: functions from a request to the values of a template."""
