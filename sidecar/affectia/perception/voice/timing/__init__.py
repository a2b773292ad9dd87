"""Timing that a caller has already: phones, visemes or words with their times, in place of what would be heard."""
