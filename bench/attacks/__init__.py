"""What attackers wrote, how feeds carry it, and how it is seen that it runs. For bench/hostile and bench/xss."""
