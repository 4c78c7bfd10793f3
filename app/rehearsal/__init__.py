"""Around transcripts: the stage they are played on, what they cover, other languages and channels, new ones, old ones brought up to date."""
