"""What a notebook's Train cells may call when one machine is not enough."""
