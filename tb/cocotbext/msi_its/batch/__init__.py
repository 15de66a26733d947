# SPDX-License-Identifier: MIT
"""The batched path: the same checks at the speed of the simulator, without Python in a clock cycle.

| what               | module                                                          |
|--------------------|-----------------------------------------------------------------|
| vocabulary         | records (operations, retire records, messages as numpy records) |
| drivers, monitors  | transactor.cpp, and transactor, Python's view of it             |
| the golden model   | model: a batch worked out in numpy from the golden objects      |
| checks             | checker, history                                                |
| traces             | trace: a fast reader                                            |
| a test             | environment                                                     |
"""
