"""What a capture or a lab run has to say: findings, timelines and a ladder of frames, as text, JSON and HTML."""
