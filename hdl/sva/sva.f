// SPDX-License-Identifier: MIT
// All assertions, after translator.f.
-F ports.f
