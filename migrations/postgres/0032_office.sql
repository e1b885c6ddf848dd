-- What waits for one party, the oldest first: a party that was away for a day has a long row, and each turn takes its first few.
create index rights_delivery_waiting on rights_delivery (party_id, event_seq) where delivered_at is null and dead_at is null;
