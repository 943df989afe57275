/** elk computes here, beside the page: it registers itself for the worker's messages. */
import 'elkjs/lib/elk-worker.min.js';
