"""Runs Snapjury on this machine: emulator, deployment, sample images, and a receiver that shows the webhooks."""
