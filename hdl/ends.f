// SPDX-License-Identifier: MIT
// The front ends and back ends, without the translator.
-F axi/axi.f
-F front/front.f
-F back/back.f
