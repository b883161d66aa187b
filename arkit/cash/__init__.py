"""What will come in: time to pay, with open items as censored observations."""
