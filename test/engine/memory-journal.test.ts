import { journalContract } from '../contract/journal.contract.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';

journalContract('memory fake', async () => new MemoryJournal());
