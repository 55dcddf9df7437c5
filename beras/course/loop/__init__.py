"""The student's loop: start, check, hint, status, watch, reset; one file for each."""
