/** Lets a test drive the page's own modules: nothing here is shipped. */

import * as engine from "../../../compile/web/src/engine";
import { storeModel } from "../../../compile/web/src/engine/modelFiles";
import { readFile } from "../../../compile/web/src/files";
import * as offline from "../../../compile/web/src/sw/page";

Object.assign(window, { engine, storeModel, readFile, offline });
