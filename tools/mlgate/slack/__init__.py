"""The button in Slack that asks for a promotion to stage."""
