/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Programs beget programs: steps are put in, taken out, moved, copied from another life, and
 * changed in a byte or a bit, so that most of a program means what it meant.
 */
#include <string.h>

#include "call_life.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
	uint8_t *out, size_t max, unsigned seed);

static uint32_t state;

static uint32_t below(uint32_t limit)
{
	/* xorshift32 */
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % limit;
}

/* A step that means something sane: most of its bytes are 0. */
static void make(struct step *s)
{
	static const uint8_t often[] = {OP_OFFER, OP_OFFER, OP_ANSWER, OP_ANSWER, OP_ANSWER,
		OP_TALK, OP_TALK, OP_TALK, OP_TALK, OP_WAIT, OP_DELETE, OP_COMMAND, OP_LINE,
		OP_LINE, OP_RAW, OP_FLAG, OP_TAMPER};
	unsigned n = below(5);

	memset(s, 0, sizeof(*s));
	s->op = often[below(sizeof(often))];
	s->call = (uint8_t)(below(3) ? 0 : below(CALLS));
	if (s->op == OP_ANSWER)
		s->a[0] = 1 << 3;
	else if (s->op == OP_LINE || s->op == OP_FLAG || s->op == OP_WAIT)
		s->a[1] = (uint8_t)below(256);
	else if (s->op == OP_TALK)
		s->a[0] = (uint8_t)below(2), s->a[10] = 10;
	if (s->op == OP_LINE || s->op == OP_RAW)
		s->a[0] = (uint8_t)below(MEDIA + 1);
	if (s->op == OP_OFFER)
		s->a[5] = (uint8_t)below(2), s->a[8] = (uint8_t)below(3);
	while (n--)
		s->a[below(sizeof(s->a))] = (uint8_t)below(256);
}

static void change(struct step *s)
{
	uint8_t *byte = &s->a[below(sizeof(s->a))];

	if (!below(8))
		byte = &s->call;
	switch (below(4)) {
	case 0:
		*byte = 0;
		break;
	case 1:
		*byte = (uint8_t)below(256);
		break;
	case 2:
		*byte ^= (uint8_t)(1 << below(8));
		break;
	default:
		*byte = (uint8_t)(*byte + 1);
		break;
	}
}

static size_t put_in(struct step *s, size_t n, size_t room, size_t at, const struct step *what)
{
	if (n == room)
		return n;
	memmove(&s[at + 1], &s[at], (n - at) * STEP);
	s[at] = *what;
	return n + 1;
}

static size_t mutate(struct step *s, size_t n, size_t room)
{
	size_t at = n > 1 ? 1 + below((uint32_t)(n - 1)) : 1;
	struct step made;

	switch (n > 1 ? below(9) : 0) {
	case 0:
	case 1:
		make(&made);
		return put_in(s, n, room, n > 1 && below(2) ? at : n, &made);
	case 2:
		memmove(&s[at], &s[at + 1], (n - at - 1) * STEP);
		return n - 1;
	case 3: /* once more, somewhere behind */
		made = s[at];
		return put_in(s, n, room, at + below((uint32_t)(n - at)) + 1, &made);
	case 4:
		make(&s[at]);
		return n;
	case 5:
		change(&s[0]);
		return n;
	default:
		change(&s[at]);
		return n;
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct step s[STEPS_MAX + 1] = {0};
	size_t n = size / STEP, room = max / STEP;

	state = seed | 1;
	if (!below(20))
		return LLVMFuzzerMutate(data, size, max);
	if (room > STEPS_MAX)
		room = STEPS_MAX;
	if (n > room)
		n = room;
	memcpy(s, data, n * STEP);
	if (!n)
		n = 1;
	for (unsigned i = 1 + below(3); i; i--)
		n = mutate(s, n, room);
	memcpy(data, s, n * STEP);
	return n * STEP;
}

/* The beginning of one, and the end of the other. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
	uint8_t *out, size_t max, unsigned seed)
{
	size_t head, tail;

	state = seed | 1;
	head = a_size / STEP ? 1 + below((uint32_t)(a_size / STEP)) : 0;
	tail = b_size / STEP ? below((uint32_t)(b_size / STEP)) : 0;
	if (head * STEP > max)
		head = max / STEP;
	if ((head + tail) * STEP > max)
		tail = max / STEP - head;
	memcpy(out, a, head * STEP);
	memcpy(out + head * STEP, b + b_size / STEP * STEP - tail * STEP, tail * STEP);
	return (head + tail) * STEP;
}
