/*
 * hash_rate.c
 *	  How many passwords libsodium alone verifies in a second.
 *
 * hash_rate PROCESSES SECONDS HASH PASSWORD prints the rate of all processes
 * together.  Processes, because PostgreSQL's backends are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

/* Verifications until the time is over, per second. */
static double
measure(double seconds, const char *hash, const char *password)
{
	double start = now();
	double elapsed;
	int count = 0;

	do
	{
		if (crypto_pwhash_str_verify(hash, password, strlen(password)) != 0)
			abort();
		count++;
		elapsed = now() - start;
	} while (elapsed < seconds);
	return count / elapsed;
}

int
main(int argc, char **argv)
{
	int processes = argc == 5 ? atoi(argv[1]) : 0;
	double total = 0;
	double *rates;

	if (processes < 1 || sodium_init() < 0)
		return 1;
	rates = mmap(NULL, processes * sizeof(double), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (rates == MAP_FAILED)
		return 1;

	for (int i = 0; i < processes; i++)
		if (fork() == 0)
		{
			rates[i] = measure(atof(argv[2]), argv[3], argv[4]);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;

	for (int i = 0; i < processes; i++)
		total += rates[i];
	printf("%f\n", total);
	return 0;
}
