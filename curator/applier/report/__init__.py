"""What an adjustment does, measured on BASE and OUT side by side, and told in one self-contained page."""
