"""Voices that say a text and tell to the millisecond which sound they make when."""
