/*
 * kernels_test.c
 *		The encoder's arithmetic against double precision, for widths 1 to 100.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#define WIDTH 100
#define ROWS 3

static int	failures = 0;

/* Prints the largest error of one kernel and counts it if it is too large. */
static void
Report(const char *name, double largest, double limit)
{
	printf("%-28s largest error %.2e (limit %.0e)\n", name, largest, limit);
	if (!(largest <= limit))
		failures++;
}

static double
Larger(double largest, double found, double wanted)
{
	double		error = fabs(found - wanted);

	return error > largest || isnan(error) ? error : largest;
}

static void
Randomise(float *values, size_t count, double range)
{
	for (size_t i = 0; i < count; i++)
		values[i] = (float) ((rand() / (double) RAND_MAX * 2 - 1) * range);
}

static void
TestGelu(void)
{
	float		zero[1] = {0};
	double		largest = 0;

	for (double x = -30; x <= 30; x += 1e-4)
	{
		float		value = (float) x;
		double		wanted = value * 0.5 * erfc(-value / sqrt(2.0));

		AddBiasGelu(&value, zero, 1, 1);
		largest = Larger(largest, value, wanted);
	}
	Report("gelu on -30 to 30", largest, 1e-6);
}

static void
TestRows(void)
{
	double		gelu = 0,
				softmax = 0,
				norm = 0,
				mean = 0;

	for (size_t width = 1; width <= WIDTH; width++)
	{
		float		x[ROWS * WIDTH],
					y[ROWS * WIDTH],
					residual[ROWS * WIDTH],
					bias[WIDTH],
					gain[WIDTH],
					shift[WIDTH],
					average[WIDTH];

		Randomise(x, ROWS * width, 4);
		Randomise(residual, ROWS * width, 2);
		Randomise(bias, width, 1);
		Randomise(gain, width, 2);
		Randomise(shift, width, 1);

		memcpy(y, x, sizeof(x));
		AddBiasGelu(y, bias, ROWS, width);
		for (size_t i = 0; i < ROWS * width; i++)
		{
			double		v = x[i] + bias[i % width];

			gelu = Larger(gelu, y[i], v * 0.5 * erfc(-v / sqrt(2.0)));
		}

		memcpy(y, x, sizeof(x));
		Softmax(y, 3.0f, ROWS, width);
		for (size_t i = 0; i < ROWS; i++)
		{
			double		sum = 0;

			for (size_t j = 0; j < width; j++)
				sum += exp(3.0 * x[i * width + j]);
			for (size_t j = 0; j < width; j++)
				softmax = Larger(softmax, y[i * width + j],
								 exp(3.0 * x[i * width + j]) / sum);
		}

		memcpy(y, x, sizeof(x));
		AddNormalise(y, bias, residual, gain, shift, 1e-3f, ROWS, width);
		for (size_t i = 0; i < ROWS; i++)
		{
			double		v[WIDTH];
			double		sum = 0,
						squares = 0;

			for (size_t j = 0; j < width; j++)
				sum += v[j] = (double) x[i * width + j] + bias[j] + residual[i
																			 * width + j];
			for (size_t j = 0; j < width; j++)
				squares += pow(v[j] - sum / width, 2);
			for (size_t j = 0; j < width; j++)
				norm = Larger(norm, y[i * width + j],
							  (v[j] - sum / width) / sqrt(squares / width
														  + 1e-3) * gain[j]
							  + shift[j]);
		}

		MeanRow(average, x, ROWS, width);
		for (size_t j = 0; j < width; j++)
			mean = Larger(mean, average[j],
						  ((double) x[j] + x[width + j] + x[2 * width + j])
						  / 3);
	}
	Report("gelu in rows", gelu, 1e-6);
	Report("softmax", softmax, 1e-6);
	Report("layer norm", norm, 2e-5);
	Report("mean", mean, 1e-6);
}

/* What is not a number must not vanish on the way. */
static void
TestNotANumber(void)
{
	float		bias[20] = {0};
	float		x[20] = {[7] = NAN};
	float		y[20] = {[7] = NAN};

	AddBiasGelu(x, bias, 1, 20);
	Softmax(y, 1.0f, 1, 20);
	if (!isnan(x[7]) || !isnan(y[7]))
	{
		printf("a value that is not a number vanishes\n");
		failures++;
	}
}

/* Every half and a stride of brain floats against their definition. */
static void
TestHalves(void)
{
	double		half = 0,
				brain = 0;

	for (uint32_t bits = 0; bits < 65536; bits++)
	{
		uint8_t		bytes[2] = {(uint8_t) bits, (uint8_t) (bits >> 8)};
		int			exponent = bits >> 10 & 31;
		double		sign = bits >> 15 ? -1 : 1;
		double		fraction = (bits & 1023) / 1024.0;
		uint32_t	wide = bits << 16;
		float		found;
		float		wanted;

		FromHalf(&found, bytes, 1);
		if (exponent == 31)
			half += fraction > 0 ? !isnan(found) : found != sign * INFINITY;
		else
			half = Larger(half, found, sign
						  * (exponent > 0 ? ldexp(1 + fraction, exponent - 15)
							 : ldexp(fraction, -14)));
		FromBrain(&found, bytes, 1);
		memcpy(&wanted, &wide, sizeof(wanted));
		brain += memcmp(&found, &wanted, sizeof(found)) != 0;
	}
	Report("half to float", half, 0);
	Report("brain float to float", brain, 0);
}

int
main(void)
{
	srand(5);
	TestGelu();
	TestRows();
	TestNotANumber();
	TestHalves();
	printf(failures == 0 ? "kernels: all pass\n" : "kernels: %d FAILED\n",
		   failures);
	return failures != 0;
}
