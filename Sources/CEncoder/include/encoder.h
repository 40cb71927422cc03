/* encoder.h: a BERT-shaped text encoder on OpenBLAS. */
#ifndef BELLWETHER_ENCODER_H
#define BELLWETHER_ENCODER_H
#endif
