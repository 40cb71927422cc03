#include "encoder.h"
