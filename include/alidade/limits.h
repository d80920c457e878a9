/* Every limit that input can meet, by name. */
#pragma once

#define ALD_MAX_RESPONSE_BYTES (8u << 20)   /* one page of an API, decompressed; beyond it the page size is halved */
#define ALD_MAX_JSON_DEPTH 128              /* nesting of a document */
#define ALD_JSON_NODES_FREE 100000          /* values of a document, whatever its length; beyond them ... */
#define ALD_JSON_BYTES_A_NODE 8             /* ... there must be so many bytes for each: a value takes ten times that in memory */
#define ALD_MAX_STRING_BYTES (1u << 20)     /* one string of a document */
#define ALD_MAX_FILE_BYTES (64u << 20)      /* configuration, certificates: files read whole */
#define ALD_MAX_LINE_BYTES (8u << 20)       /* one line of NDJSON */
#define ALD_MAX_YAML_DEPTH 32
#define ALD_MAX_YAML_NODES 100000
#define ALD_MAX_PAGES 1000000               /* pages of one stream in one run */
#define ALD_MAX_RETRIES 6                   /* of one request */
#define ALD_MAX_RETRY_WAIT_MS (3600 * 1000) /* a server may not send us to sleep for longer */
#define ALD_MAX_REDIRECTS 5
#define ALD_MAX_EVIDENCE_CHARS 200
