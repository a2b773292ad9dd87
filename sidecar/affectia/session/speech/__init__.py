"""Speech: lines of a synthesiser's voice, many at once, into tracks of a mouth."""
