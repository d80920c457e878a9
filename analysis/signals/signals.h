/* Declares every signal of list.def. Private to analysis. */
#pragma once

#include "alidade/analysis.h"

#define X(name) extern const struct ald_signal ald_signal_##name;
#include "analysis/signals/list.def"
#undef X
