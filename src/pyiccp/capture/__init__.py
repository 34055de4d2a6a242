"""Captured traffic: pcap and pcapng files, the scan of a big trunk capture, columns, and TCP put together again."""
