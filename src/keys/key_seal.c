/*
 * key_seal.c
 *	  Secret keys as they are stored: sealed by a file outside the database.
 *
 * A copy of the data directory, a base backup or the disk of a replica then
 * holds no usable key.  A seal names the key's purpose and id, so that no sealed
 * key can be put in another's place.
 */
#include "postgres.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/key_seal.h"

#include "base/settings.h"
#include "base/word.h"
#include "miscadmin.h"
#include "storage/fd.h"

/* In the class of configuration errors (F0), to which PostgREST answers 500. */
#define ERRCODE_KEYS_NOT_AVAILABLE MAKE_SQLSTATE('F', '0', 'K', 'E', 'Y')

#define KEY_FILE_MIN_BYTES 32
#define KEY_FILE_MAX_BYTES 65536
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

char *auth_key_file;
char *auth_previous_key_file;

StaticAssertDecl(KEY_SEAL_OVERHEAD == NONCE_BYTES + TAG_BYTES, "a sealed key is as long as the table allows");

static bool
check_absolute_path(char **new_value, void **extra, GucSource source)
{
	if (**new_value == '\0' || is_absolute_path(*new_value))
		return true;

	GUC_check_errdetail("The value must be empty or an absolute path.");
	return false;
}

/* Set for the whole server: keys sealed in one session must open in all others. */
void
auth_key_seal_define_settings(void)
{
	DefineCustomStringVariable("auth.key_file",
							   "The file that seals the secret keys in the database; empty for none.",
							   "Empty weakens: anyone who reads the data directory or a base backup has the keys.",
							   &auth_key_file,
							   "",
							   PGC_SIGHUP, 0, check_absolute_path, NULL, NULL);

	DefineCustomStringVariable("auth.previous_key_file",
							   "The file that sealed keys before auth.key_file was changed; needed until the next rotation.",
							   NULL,
							   &auth_previous_key_file,
							   "",
							   PGC_SIGHUP, 0, check_absolute_path, NULL, NULL);
}

void
auth_key_seal_raise_unavailable(const char *detail, const char *hint)
{
	/* A client must not learn where the files of the server are. */
	bool may_tell = superuser_arg(GetSessionUserId());

	ereport(ERROR,
			(errcode(ERRCODE_KEYS_NOT_AVAILABLE),
			 errmsg("the keys are not available"),
			 may_tell ? errdetail("%s", detail) : errdetail_log("%s", detail),
			 may_tell ? errhint("%s", hint) : 0));
}

static void
raise_unusable_file(const char *path, const char *problem)
{
	auth_key_seal_raise_unavailable(psprintf("The key file \"%s\" %s.", path, problem),
									"It must be a file of at least 32 random bytes outside the data directory, "
									"owned by the server's user, with mode 0600.");
}

/* A base backup would take the file along with what it seals. */
static bool
is_in_data_directory(const char *path)
{
	char *file = realpath(path, NULL);
	char *directory = realpath(DataDir, NULL);
	bool is_inside = file == NULL || directory == NULL ||
		(auth_word_begins(file, directory) && file[strlen(directory)] == '/');

	free(file);
	free(directory);
	return is_inside;
}

/* What is wrong with an open file; NULL if nothing is. */
static const char *
find_problem(const char *path, const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return "is not a regular file";
	if (status->st_uid != geteuid() && status->st_uid != 0)
		return "belongs to another user";
	if ((status->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return "can be read or written by users other than its owner";
	if (status->st_size < KEY_FILE_MIN_BYTES)
		return "has fewer than 32 bytes";
	if (status->st_size > KEY_FILE_MAX_BYTES)
		return "has more than 65536 bytes";
	if (is_in_data_directory(path))
		return "is in the data directory";
	return NULL;
}

static const Secret *
read_file(const char *path)
{
	/* Closed by PostgreSQL if an error comes between.  Does not wait for a pipe. */
	int file = OpenTransientFile(path, O_RDONLY | O_NONBLOCK);
	struct stat status;
	const char *problem;
	Secret *content;

	if (file < 0)
		raise_unusable_file(path, psprintf("could not be opened: %s", strerror(errno)));
	if (fstat(file, &status) != 0)
		raise_unusable_file(path, psprintf("could not be examined: %s", strerror(errno)));
	problem = find_problem(path, &status);
	if (problem != NULL)
		raise_unusable_file(path, problem);

	content = auth_secret_new(status.st_size);
	if (read(file, content->bytes, content->length) != (ssize_t) content->length)
		raise_unusable_file(path, "could not be read completely");
	CloseTransientFile(file);
	return content;
}

/* The key that a file seals by: files have any length, keys have one. */
static const Secret *
derive_key(const char *path)
{
	static const char domain[] = "auth.key_file";
	crypto_generichash_state state;
	const Secret *content;
	Secret *key;

	if (*path == '\0')
		return NULL;

	content = read_file(path);
	key = auth_secret_new(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
	crypto_generichash_init(&state, (const unsigned char *) domain, strlen(domain), key->length);
	crypto_generichash_update(&state, content->bytes, content->length);
	crypto_generichash_final(&state, key->bytes, key->length);
	auth_secret_zero(&state, sizeof(state));
	return key;
}

KeySeal
auth_key_seal_read(void)
{
	return (KeySeal){
		.current = derive_key(auth_key_file),
		.previous = derive_key(auth_previous_key_file),
	};
}

/* The associated data of a sealed key: must be the same when it is opened. */
static char *
label(const char *purpose, const char *key_id)
{
	return psprintf("%s %s", purpose, key_id);
}

const Secret *
auth_key_seal_close(const KeySeal *seal, const char *purpose, const char *key_id, const Secret *key)
{
	char *associated = label(purpose, key_id);
	Secret *sealed;

	if (seal->current == NULL)
		return key;

	sealed = auth_secret_new(key->length + KEY_SEAL_OVERHEAD);
	randombytes_buf(sealed->bytes, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed->bytes + NONCE_BYTES, NULL, key->bytes, key->length,
											   (const unsigned char *) associated, strlen(associated),
											   NULL, sealed->bytes, seal->current->bytes);
	return sealed;
}

static bool
opens(const Secret *sealing_key, const char *associated, const unsigned char *sealed, size_t length, Secret *key)
{
	return sealing_key != NULL &&
		crypto_aead_xchacha20poly1305_ietf_decrypt(key->bytes, NULL, NULL, sealed + NONCE_BYTES, length - NONCE_BYTES,
												   (const unsigned char *) associated, strlen(associated),
												   sealed, sealing_key->bytes) == 0;
}

const Secret *
auth_key_seal_open(const KeySeal *seal, const char *purpose, const char *key_id, const void *sealed, size_t length)
{
	char *associated = label(purpose, key_id);
	Secret *key = auth_secret_new(length - KEY_SEAL_OVERHEAD);

	if (seal->current == NULL && seal->previous == NULL)
		auth_key_seal_raise_unavailable("The keys are sealed, but auth.key_file is not set.",
										"Set auth.key_file to the file that sealed them.");
	if (!opens(seal->current, associated, sealed, length, key) &&
		!opens(seal->previous, associated, sealed, length, key))
		auth_key_seal_raise_unavailable(psprintf("The key \"%s\" was sealed with a different file than auth.key_file.", key_id),
										"Set auth.key_file, or auth.previous_key_file until the next rotation, to the file that sealed it.");
	return key;
}
